package io.textonce.bench;

import java.time.Duration;
import java.util.stream.Stream;

/** The CPU time that an application and PostgreSQL took between two marks. */
final class Meter implements Runnable {

    private final ProcessHandle application;
    private final ProcessHandle postgres;
    private Duration applicationTime = Duration.ZERO;
    private Duration postgresTime = Duration.ZERO;

    Meter(ProcessHandle application, ProcessHandle postgres) {
        this.application = application;
        this.postgres = postgres;
    }

    /** A mark: the first begins, the second ends. */
    @Override
    public synchronized void run() {
        applicationTime = cpu(Stream.of(application)).minus(applicationTime);
        postgresTime =
                cpu(Stream.concat(Stream.of(postgres), postgres.descendants())).minus(postgresTime);
    }

    Duration application() {
        return applicationTime;
    }

    Duration postgres() {
        return postgresTime;
    }

    private static Duration cpu(Stream<ProcessHandle> processes) {
        return processes
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
