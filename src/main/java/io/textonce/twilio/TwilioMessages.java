package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import com.twilio.http.HttpMethod;
import com.twilio.http.Request;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.Domains;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.settings.TwilioSettings;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Client of Twilio's messages that reads their JSON directly. The SDK's classes silently turn an unknown status, or a
 * date in another form, into null; reconciliation needs them as they are.
 */
@Component
public final class TwilioMessages {

    private static final int PAGE_SIZE = 200;
    private static final int LARGEST_PAGE = 1000;
    private static final int MOST_PAGES = 50;

    private final TwilioRestClient client;

    TwilioMessages(TwilioRestClient client) {
        this.client = client;
    }

    /** Returns the client of a process that runs no routes. */
    public static TwilioMessages of(TwilioSettings settings) {
        var answers = new TwilioAnswers(new TwilioCodes(), new SimpleMeterRegistry());
        return new TwilioMessages(TwilioConfiguration.restClient(settings, new TwilioHttp(settings, answers).client()));
    }

    /**
     * All outbound messages to a number that were created at or after a time, in the order of creation.
     *
     * @throws TwilioFailure when the list can't be read to its end: it proves nothing then
     */
    public List<Seen> sentTo(String phone, Instant since) {
        var found = new ArrayList<Seen>();
        readSince(since, Map.of("To", phone), PAGE_SIZE, MOST_PAGES, found::addAll);
        found.sort(Comparator.comparing(Seen::createdAt));
        return found;
    }

    /**
     * Reads all outbound messages of the account that were created at or after a time, newest first, page by page, with
     * one call at a time. A filter by date would leave out what Twilio has not sent yet.
     *
     * @throws TwilioFailure when the list can't be read to its end, also if that takes more calls than allowed
     */
    public void sentSince(Instant since, int mostCalls, Consumer<List<Seen>> pages) {
        readSince(since, Map.of(), LARGEST_PAGE, mostCalls, pages);
    }

    private void readSince(
            Instant since, Map<String, String> filters, int pageSize, int mostPages, Consumer<List<Seen>> pages) {
        read(filters, pageSize, mostPages, page -> {
            boolean allOlder = !page.isEmpty();
            var found = new ArrayList<Seen>();
            for (JsonNode message : page) {
                var seen = seen(message);
                if (!seen.createdAt().isBefore(since)) {
                    allOlder = false;
                    if (message.path("direction").asText().startsWith("outbound")) {
                        found.add(seen);
                    }
                }
            }
            pages.accept(found);
            // The list is newest first, but by which date is not promised: a whole page must be too old.
            return !allOlder;
        });
    }

    /**
     * Reads all messages that were sent on a day in UTC, page by page, with one call at a time: sends share Twilio's
     * limit of calls. Automatic replies, as to STOP, are left out.
     *
     * @param from number that sent them, or null for all of the account
     * @throws TwilioFailure when the list can't be read to its end
     */
    public void sentOn(LocalDate day, @Nullable String from, Consumer<List<Seen>> pages) {
        var filters = new HashMap<>(Map.of("DateSent", day.toString()));
        if (from != null) {
            filters.put("From", from);
        }
        read(filters, PAGE_SIZE, Integer.MAX_VALUE, page -> {
            var messages = new ArrayList<Seen>();
            for (JsonNode message : page) {
                String direction = message.path("direction").asText();
                if (direction.startsWith("outbound") && !direction.equals("outbound-reply")) {
                    messages.add(seen(message));
                }
            }
            pages.accept(messages);
            return true;
        });
    }

    /** @param wantsNext takes a page, and returns whether the next one is read */
    private void read(Map<String, String> filters, int pageSize, int most, Predicate<JsonNode> wantsNext) {
        var request = request(path("Messages.json"));
        filters.forEach(request::addQueryParam);
        request.addQueryParam("PageSize", Integer.toString(pageSize));
        for (int page = 0; page < most; page++) {
            JsonNode list = call(request);
            JsonNode messages = list.path("messages");
            if (!messages.isArray()) {
                throw new TwilioFailure.Unclear("Twilio's message list could not be read", null);
            }
            String next = list.path("next_page_uri").asText("");
            if (!wantsNext.test(messages) || next.isEmpty() || next.equals("null")) {
                return;
            }
            request = request(next);
        }
        throw new TwilioFailure.Unclear("Twilio's message list is too long to be read", null);
    }

    /** Returns a message, or null if Twilio has none of this SID. */
    public @Nullable Seen fetch(String sid) {
        try {
            return seen(call(request(path("Messages/" + sid + ".json"))));
        } catch (TwilioFailure.Rejected e) {
            if (e.code() == 20404) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Cancels a message that Twilio has not sent yet, and returns its status.
     *
     * @throws TwilioFailure.Rejected when it is too late (30409)
     * @see <a href="https://www.twilio.com/docs/messaging/api/message-resource#update-a-message-resource">update</a>
     */
    public Seen cancel(String sid) {
        return seen(change(sid, "Status", DeliveryStatus.CANCELED.word()));
    }

    /**
     * Redacts the text of a message at Twilio, which is possible only once the message is final.
     *
     * @throws TwilioFailure.Rejected when Twilio does not, or has no such message
     * @see <a href="https://www.twilio.com/docs/messaging/api/message-resource#redact-a-message">redact</a>
     */
    public void redact(String sid) {
        change(sid, "Body", "");
    }

    private JsonNode change(String sid, String parameter, String value) {
        var request = new Request(HttpMethod.POST, Domains.API.toString(), path("Messages/" + sid + ".json"));
        request.addPostParam(parameter, value);
        return call(request);
    }

    private String path(String resource) {
        return "/2010-04-01/Accounts/" + client.getAccountSid() + "/" + resource;
    }

    private static Request request(String path) {
        return new Request(HttpMethod.GET, Domains.API.toString(), path);
    }

    private JsonNode call(Request request) {
        return TwilioResources.call(client, request);
    }

    private static Seen seen(JsonNode message) {
        try {
            return new Seen(
                    message.path("sid").asText(),
                    message.path("status").asText(),
                    message.path("error_code").asInt(0) == 0
                            ? null
                            : message.path("error_code").intValue(),
                    ZonedDateTime.parse(message.path("date_created").asText(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant(),
                    message.path("body").asText(""),
                    message.path("to").asText(""),
                    text(message, "from"),
                    text(message, "messaging_service_sid"),
                    message.path("num_media").asInt(0));
        } catch (DateTimeException e) {
            throw new TwilioFailure.Unclear("A message in Twilio's response has no date", null);
        }
    }

    private static @Nullable String text(JsonNode message, String field) {
        return message.path(field).isTextual() ? message.path(field).textValue() : null;
    }

    /**
     * A message as Twilio has it.
     *
     * @param createdAt to the second, by Twilio's clock
     * @param body empty where Twilio redacted it
     * @param to address of the recipient: a number, with the name of the channel in front where it is not SMS
     * @param from null while a Messaging Service has not chosen the sender
     * @param media number of pictures and files; Twilio does not show their addresses
     */
    public record Seen(
            String sid,
            String status,
            @Nullable Integer errorCode,
            Instant createdAt,
            String body,
            String to,
            @Nullable String from,
            @Nullable String messagingServiceSid,
            int media) {}
}
