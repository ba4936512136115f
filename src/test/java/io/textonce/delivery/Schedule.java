package io.textonce.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule of threads that take turns: only one runs, and where it locks, waits or ends, the schedule chooses the
 * next one. All schedules with a bounded number of delays, each of which lets the first thread that can go on wait for the
 * next one, are found by depth-first search ({@link #next}). Where all shared fields are guarded by one lock, no other switch
 * of threads makes a difference. Lincheck, which instruments the JDK's classes to the same end, needs half a minute for such
 * a class, and takes a busy machine for a thread that hangs.
 */
public final class Schedule {

    static final BooleanSupplier ALWAYS = () -> true;
    static final BooleanSupplier NEVER = () -> false;

    private static Schedule current;

    private final ThreadLocal<Actor> me = new ThreadLocal<>();
    private final List<Actor> actors = new ArrayList<>();
    private final List<Choice> choices = new ArrayList<>();
    private final List<Integer> planned;
    private final int bound;
    private final Semaphore over = new Semaphore(0);
    private int delays;
    private long now;
    private @Nullable Throwable failure;
    private volatile boolean isAborted;

    private Schedule(List<Integer> planned, int bound) {
        this.planned = planned;
        this.bound = bound;
    }

    /** @param bound number of delays */
    static Schedule first(int bound) {
        return new Schedule(List.of(), bound);
    }

    /** Returns the schedule after this one, which was run; null if it was the last. */
    @Nullable
    Schedule next() {
        for (int i = choices.size() - 1; i >= 0; i--) {
            if (choices.get(i).taken + 1 < choices.get(i).options) {
                var plan = new ArrayList<Integer>();
                choices.subList(0, i).forEach(choice -> plan.add(choice.taken));
                plan.add(choices.get(i).taken + 1);
                return new Schedule(plan, bound);
            }
        }
        return null;
    }

    static Schedule current() {
        return current;
    }

    /** Runs a scenario and all threads that it starts; returns what failed, or null. */
    @Nullable
    Throwable run(Runnable scenario) {
        current = this;
        start(scenario);
        actors.get(0).turn.release();
        await(over);
        for (var actor : actors) {
            actor.turn.release();
        }
        return failure;
    }

    /** Time by the clock of the schedule, which only waits move. */
    long nanoTime() {
        return now;
    }

    void start(Runnable work) {
        var actor = new Actor();
        actors.add(actor);
        var thread = new Thread(
                () -> {
                    me.set(actor);
                    await(actor.turn);
                    try {
                        if (!isAborted) {
                            work.run();
                        }
                    } catch (Aborted e) {
                        // Another one failed.
                    } catch (Throwable e) {
                        abort(e);
                    }
                    actor.isReady = NEVER;
                    actor.hasEnded = true;
                    if (!isAborted) {
                        resumeNext();
                    }
                },
                "actor-" + actors.size());
        thread.setDaemon(true);
        thread.start();
    }

    /** Lets others run. */
    void pause() {
        waitFor(ALWAYS, NEVER, 0);
    }

    /**
     * Waits until the thread is chosen, which can be once it is ready or its time is over.
     *
     * @return whether it is ready
     */
    boolean waitFor(BooleanSupplier isReady, BooleanSupplier mayTimeOut, long nanos) {
        if (isAborted) {
            throw new Aborted();
        }
        var actor = me.get();
        actor.isReady = isReady;
        actor.mayTimeOut = mayTimeOut;
        resumeNext();
        await(actor.turn);
        if (isAborted) {
            throw new Aborted();
        }
        boolean ready = isReady.getAsBoolean();
        if (!ready) {
            now += nanos;
        }
        return ready;
    }

    boolean isAborted() {
        return isAborted;
    }

    /**
     * Resumes the first of the threads that can go on, or a later one for as many delays: the one that runs, then those
     * that are ready, in a circle from there, then those whose time may be over.
     */
    private void resumeNext() {
        var options = new ArrayList<Actor>();
        int mine = actors.indexOf(me.get());
        for (int i = 0; i < actors.size(); i++) {
            var actor = actors.get((mine + i) % actors.size());
            if (actor.isReady.getAsBoolean()) {
                options.add(actor);
            }
        }
        actors.stream()
                .filter(actor -> !actor.hasEnded && !options.contains(actor) && actor.mayTimeOut.getAsBoolean())
                .forEach(options::add);
        if (options.isEmpty()) {
            if (actors.stream().allMatch(actor -> actor.hasEnded)) {
                over.release();
            } else {
                abort(new AssertionError("All threads wait"));
            }
            return;
        }
        int taken = choices.size() < planned.size() ? planned.get(choices.size()) : 0;
        choices.add(new Choice(taken, Math.min(options.size(), bound - delays + 1)));
        delays += taken;
        options.get(taken).turn.release();
    }

    private void abort(Throwable cause) {
        if (!isAborted) {
            failure = cause;
            isAborted = true;
            over.release();
        }
    }

    private static void await(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("No thread goes on");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Choice(int taken, int options) {}

    private static final class Actor {

        private final Semaphore turn = new Semaphore(0);
        private BooleanSupplier isReady = ALWAYS;
        private BooleanSupplier mayTimeOut = NEVER;
        private boolean hasEnded;
    }

    /** Ends a thread after another one has failed. */
    static final class Aborted extends Error {

        private static final long serialVersionUID = 1L;
    }
}
