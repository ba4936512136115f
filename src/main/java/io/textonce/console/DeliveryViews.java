package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Builder of the pages' views of deliveries. */
@Component
final class DeliveryViews {

    private final DeliveryLookup lookup;
    private final TimelineText timelineText;
    private final Operator operator;
    private final SearchBox box;

    DeliveryViews(DeliveryLookup lookup, TimelineText timelineText, Operator operator, SearchBox box) {
        this.box = box;
        this.lookup = lookup;
        this.timelineText = timelineText;
        this.operator = operator;
    }

    List<DeliveryView> of(List<Map<String, Object>> rows) throws JsonProcessingException {
        var views = new ArrayList<DeliveryView>();
        for (var row : rows) {
            views.add(of(row));
        }
        return views;
    }

    DeliveryView of(Map<String, Object> row) throws JsonProcessingException {
        String person = PersonLookup.name(row);
        return DeliveryView.of(
                row,
                operator.isPermanent((Integer) row.get("error_code")),
                lookup.recipientsZone(row),
                person == null ? null : box.person(person),
                timelineText.entries(row, lookup.timeline(row)));
    }
}
