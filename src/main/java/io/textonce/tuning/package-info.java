/**
 * Replacements of framework classes, each with its gain and the day it can go. Measured on 2026-11-24 ({@code
 * docs/performance-history.md}); what is under 3 % goes. To measure one now, undo it as said and compare {@code ./mvnw
 * verify -Pbench -Dbench.only=http -Dbench.rounds=7} with and without it, in turn, on an idle machine.
 *
 * <table>
 *   <caption>Framework patches</caption>
 *   <tr><th>class</th><th>what it patches</th><th>gain</th><th>remove when</th><th>undo it by</th></tr>
 *   <tr><td>{@link io.textonce.tuning.AnsweredAlready}</td><td>Spring MVC's asynchronous dispatch: an answered request
 *     would pass all filters a second time</td><td>not measured alone; filters and dispatch were 10 % of the CPU after
 *     it</td><td>Camel's HTTP consumer returns its answer on the same thread</td><td>removing the
 *     class</td></tr>
 *   <tr><td>{@link io.textonce.tuning.CallersThread}</td><td>camel-twilio's pool: two changes of threads for each
 *     call</td><td>not measured alone; waking and parking threads was 10 % of the CPU after it</td><td>camel-twilio
 *     can call synchronously</td><td>removing the bean in {@code TwilioConfiguration}</td></tr>
 *   <tr><td>{@link io.textonce.tuning.KnownSetters}</td><td>Camel's bean introspection, which looks through all methods
 *     of the SDK's creator for each parameter</td><td>a fifth of the memory allocated for a message</td><td>Camel caches
 *     setters</td><td>removing the context plug-in in {@code TwilioConfiguration}</td></tr>
 *   <tr><td>{@link io.textonce.tuning.PlatformThreads}</td><td>Camel's virtual threads, with which the pool of
 *     camel-twilio has a single worker</td><td>correctness: messages would leave one after the other</td><td>that pool
 *     has more workers</td><td>{@code -Dcamel.threads.virtual.enabled=true}</td></tr>
 *   <tr><td>{@link io.textonce.tuning.SharedBuffers}</td><td>Jackson's buffers, kept for each thread and so made anew for
 *     each virtual thread</td><td>a fifth of the memory allocated, with a body copied once</td><td>Jackson's default pool
 *     suits virtual threads (Jackson 3)</td><td>{@code new JsonFactoryBuilder()} in its only method</td></tr>
 *   <tr><td>{@link io.textonce.tuning.WithoutIntrospector}</td><td>Spring Security's second look-up of each request's
 *     handler</td><td>1.08 with Twilio at once (5 rounds)</td><td>Spring Security 7</td><td>removing the bean in {@code
 *     ApiSecurity}</td></tr>
 * </table>
 */
@NullMarked
package io.textonce.tuning;

import org.jspecify.annotations.NullMarked;
