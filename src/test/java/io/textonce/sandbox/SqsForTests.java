package io.textonce.sandbox;

import java.net.URI;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** ElasticMQ, which speaks the protocol of SQS, with one queue in memory. */
public final class SqsForTests implements AutoCloseable {

    private final SQSRestServer server =
            SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start();
    private final String address =
            "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort();
    private final SqsClient client = SqsClient.builder()
            .endpointOverride(URI.create(address))
            .region(Region.EU_CENTRAL_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .build();
    private final String queue;

    public SqsForTests(String queue) {
        this.queue = client.createQueue(create -> create.queueName(queue)).queueUrl();
    }

    public String address() {
        return address;
    }

    /** URL of the queue. */
    public String queue() {
        return queue;
    }

    public void send(String... bodies) {
        for (String body : bodies) {
            client.sendMessage(message -> message.queueUrl(queue).messageBody(body));
        }
    }

    /** Returns how many messages are not deleted. */
    public int depth() {
        var visible = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
        var received = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;
        var counts = client.getQueueAttributes(
                        request -> request.queueUrl(queue).attributeNames(visible, received))
                .attributes();
        return Integer.parseInt(counts.get(visible)) + Integer.parseInt(counts.get(received));
    }

    @Override
    public void close() {
        client.close();
        server.stopAndWait();
    }
}
