package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.sql.SqlEndpoint;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.ui.ConcurrentModel;

/** Lists that are longer than what a page, a search or an export reads at a time. */
@SandboxTest
class LargeListsTest {

    private static final int MANY = 1_050;

    private static final Pattern MESSAGE = Pattern.compile("href=\"/deliveries/([0-9a-f-]{36})\"");
    private static final Pattern NEXT = Pattern.compile("<p class=\"more\"><a class=\"button\" href=\"([^\"]+)\"");
    private static final Pattern PERSON = Pattern.compile("href=\"(/people[^\"]+)\"");

    private static final String COLUMNS = """
            SELECT string_agg(column_name, ', ') FROM information_schema.columns
            WHERE table_schema = 'textonce' AND table_name = 'deliveries' AND is_generated = 'NEVER'
              AND column_name NOT IN ('id', 'event_id', 'message_sid')
            """;

    @Test
    void reachesAllMessagesOfANumberPageByPage(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        var database = sandbox.database();
        String columns = database.queryForObject(COLUMNS, String.class);
        database.update("""
                INSERT INTO textonce.deliveries (id, event_id, message_sid, %s)
                SELECT gen_random_uuid(), event_id || '-' || n, 'SM' || md5(event_id || n), %s
                FROM textonce.deliveries, generate_series(2, ?) AS n WHERE event_id = ?
                """.formatted(columns, columns), MANY, id);
        var pages = new PageClient(sandbox);
        try {
            var found = pages.post("/search", "q=" + URLEncoder.encode(number, StandardCharsets.UTF_8));
            var person = PERSON.matcher(found.body());
            assertThat(person.find()).isTrue();

            String search = found.uri().getRawPath() + "?" + found.uri().getRawQuery();
            assertThat(all(pages, search)).hasSize(MANY);
            assertThat(all(pages, person.group(1))).hasSize(MANY);
            assertThat(pages.get(person.group(1)).body()).contains("1,050 messages, 1,050 segments");
            assertThat(pages.get(search + "&after=00000000-0000-0000-0000-000000000000")
                            .body())
                    .contains("No further messages.")
                    .doesNotContain("Nothing found");
        } finally {
            database.update("DELETE FROM textonce.deliveries WHERE event_id LIKE ?", id + "-%");
        }
    }

    @Test
    void exportsNoFileIfItsFirstRowsCannotBeRead(Sandbox sandbox) throws Exception {
        var database = sandbox.database();
        HttpResponse<String> exported;
        try (var other = sandbox.context().getBean(DataSource.class).getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE textonce.deliveries");
            var pending = CompletableFuture.supplyAsync(
                    () -> new PageClient(sandbox).get("/deliveries/export?event=order-shipped"));
            await().until(
                            () -> database.queryForList(
                                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                            + " AND query LIKE '%d.id, d.event, d.event_id%'"),
                            canceled -> !canceled.isEmpty());
            exported = pending.join();
            other.rollback();
        }

        assertThat(exported.statusCode()).isEqualTo(503);
        assertThat(exported.headers().firstValue("Content-Disposition")).isEmpty();
        assertThat(exported.body()).contains("Database unavailable");
    }

    /** Slow lookups would take the connections of the rest for as long as they last. */
    @Test
    void endsALookupThatTakesTooLong(@Autowired CamelContext camel) {
        assertThat(camel.getEndpoints())
                .filteredOn(endpoint -> endpoint.getEndpointUri().contains("delivery-find.sql"))
                .singleElement()
                .extracting(
                        endpoint -> ((SqlEndpoint) endpoint).getJdbcTemplate().getQueryTimeout())
                .isEqualTo(10);
    }

    @Test
    void breaksAFileOffIfItsOtherRowsCannotBeRead() {
        var response = new MockHttpServletResponse();
        response.setCommitted(true);
        var failure = new QueryTimeoutException("slow");

        assertThatThrownBy(() -> new PageModel(Clock.systemUTC())
                        .failed(failure, new ConcurrentModel(), new MockHttpServletRequest(), response))
                .isSameAs(failure);
    }

    @Test
    void exportsAllEntriesOfTheAuditLog(Sandbox sandbox) {
        String actor = sandbox.newEventId();
        sandbox.database().update("""
                INSERT INTO textonce.audit_entries (id, actor, verb)
                SELECT gen_random_uuid(), ?, 'viewed' FROM generate_series(1, 10001)
                """, actor);
        try {
            assertThat(new PageClient(sandbox)
                            .get("/audit/export?actor=" + actor)
                            .body()
                            .lines())
                    .hasSize(10_002);
        } finally {
            sandbox.database().update("DELETE FROM textonce.audit_entries WHERE actor = ?", actor);
        }
    }

    private static Set<String> all(PageClient pages, String first) {
        var all = new HashSet<String>();
        String address = first;
        while (address != null) {
            String page = pages.get(address).body();
            all.addAll(
                    MESSAGE.matcher(page).results().map(link -> link.group(1)).collect(Collectors.toSet()));
            var next = NEXT.matcher(page);
            address = next.find() ? next.group(1).replace("&amp;", "&") : null;
        }
        return all;
    }
}
