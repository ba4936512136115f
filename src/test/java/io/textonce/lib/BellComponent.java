package io.textonce.lib;

import org.apache.camel.component.scheduler.SchedulerComponent;

/** Starts a route now and then, under a name that the application does not know: {@code bell:name}. */
public final class BellComponent extends SchedulerComponent {}
