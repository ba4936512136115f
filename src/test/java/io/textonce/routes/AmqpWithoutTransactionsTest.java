package io.textonce.routes;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.springframework.test.context.TestPropertySource;

/** A broker over AMQP 1.0 of which no transaction is expected. */
@SandboxTest
@TestPropertySource(properties = {Sandbox.JMS_CLIENT + "=amqp", "textonce.jms.transacted=false"})
class AmqpWithoutTransactionsTest extends WithoutTransactionsCases {}
