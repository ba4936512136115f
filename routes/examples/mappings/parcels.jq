# One event for each parcel of an order. The id is the same whenever the order
# is posted again.
. as $order
| [
    .parcels[]
    | {
        eventId: "parcel_\(.number)_shipped",
        phone: $order.customer.phone,
        consentAt: $order.customer.consent,
        orderId: $order.number,
        trackingUrl: .tracking
      }
  ]
