{
  eventId: ("order_" + .number + "_shipped_v1"),
  phone: .customer.phone,
  consentAt: .customer.consent,
  orderId: .number,
  trackingUrl: .tracking
}
