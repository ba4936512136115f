package io.textonce.twilio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.twilio.http.HttpMethod;
import com.twilio.http.Request;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.Domains;
import io.textonce.tuning.SharedBuffers;
import java.util.Map;

/** Read-only client of Twilio's resources that describe the account: nothing is created or changed with it. */
final class TwilioResources {

    private final TwilioRestClient client;

    TwilioResources(TwilioRestClient client) {
        this.client = client;
    }

    /** @throws TwilioFailure when Twilio rejects the call, or does not answer */
    JsonNode ofAccount(String resource, Map<String, String> query) {
        return get(Domains.API, "/2010-04-01/Accounts/" + client.getAccountSid() + resource, query);
    }

    /** @throws TwilioFailure when Twilio rejects the call, or does not answer */
    JsonNode get(Domains domain, String path, Map<String, String> query) {
        return get(domain.toString(), path, query);
    }

    /** @param domain first part of the host, for an API that the SDK does not know */
    JsonNode get(String domain, String path, Map<String, String> query) {
        var request = new Request(HttpMethod.GET, domain, path);
        query.forEach(request::addQueryParam);
        return call(client, request);
    }

    /** Returns the response of any call. */
    static JsonNode call(TwilioRestClient client, Request request) {
        try {
            return SharedBuffers.JSON.readTree(client.request(request).getContent());
        } catch (JsonProcessingException e) {
            throw new TwilioFailure.Unclear("Twilio's response is not JSON", null);
        }
    }
}
