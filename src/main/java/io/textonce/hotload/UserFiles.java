package io.textonce.hotload;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * User files that are in use, and the errors of those that are not. A file may need another one that comes later: what
 * fails is tried again as long as others load.
 */
final class UserFiles {

    private static final Logger LOG = LoggerFactory.getLogger(UserRoutes.class);

    private final RoutesFolder folder;
    private final BundleFiles files;
    private final UserResources resources;
    private final RouteLoader loader;
    private final RouteFileErrors errors;

    private final Map<String, Loaded> loaded = new HashMap<>();
    private final Set<String> busy = new TreeSet<>();
    private Map<String, RoutesFolder.Stamp> taken = Map.of();

    UserFiles(
            RoutesFolder folder,
            BundleFiles files,
            UserResources resources,
            RouteLoader loader,
            RouteFileErrors errors) {
        this.folder = folder;
        this.files = files;
        this.resources = resources;
        this.loader = loader;
        this.errors = errors;
    }

    /** Returns whether the folder is as it was when it was taken last. */
    boolean are(Map<String, RoutesFolder.Stamp> now) {
        return now.equals(taken);
    }

    /** Loads new and changed files, removes deleted ones, and retries those with an error. */
    void take(Map<String, RoutesFolder.Stamp> now) {
        var changed = new TreeSet<String>();
        now.forEach((file, stamp) -> {
            if (!stamp.equals(taken.get(file)) || errors.has(file)) {
                changed.add(file);
            }
        });
        var gone = new TreeSet<>(taken.keySet());
        gone.addAll(errors.files());
        gone.removeAll(now.keySet());
        gone.removeIf(file -> isForgotten(file, now.keySet()));
        changed.removeIf(file -> isIgnored(file, now.keySet()));
        var users = usersOf(changed, gone);
        var held = loader.hold(replaced(changed, gone, users).map(folder::location));
        busy.clear();
        try {
            replace(changed, gone, users);
            taken = new HashMap<>(now);
            busy.forEach(file -> taken.put(file, RoutesFolder.Stamp.BUSY));
        } finally {
            held.close();
        }
    }

    /** Returns whether files could not be taken, since events in progress take long. */
    boolean areBusy() {
        return !busy.isEmpty();
    }

    /** Returns the files whose routes may be replaced, or removed. */
    private Stream<String> replaced(Set<String> changed, Set<String> gone, Set<String> users) {
        return Stream.of(changed, gone).flatMap(Set::stream).anyMatch(file -> file.endsWith(FileNames.KAMELET))
                ? loaded.keySet().stream()
                : Stream.of(changed, gone, users).flatMap(Set::stream).distinct();
    }

    /** Takes files in the order in which they need each other. */
    private void replace(Set<String> changed, Set<String> gone, Set<String> users) {
        gone.stream().filter(file -> file.endsWith(FileNames.ROUTES)).forEach(this::remove);
        loader.sweep();
        changed.stream().filter(file -> file.startsWith(BundleFiles.SQL)).forEach(this::rejectShipped);
        changed.stream().filter(resources::holds).forEach(this::reload);
        changed.stream().filter(file -> file.endsWith(FileNames.KAMELET)).forEach(this::replaceKamelet);
        users.addAll(changed);
        users.removeIf(file -> !file.endsWith(FileNames.ROUTES));
        replace(users);
        // Routes may have used them until now, as before a rename.
        gone.stream().filter(resources::holds).forEach(this::reload);
        gone.stream().filter(file -> file.endsWith(FileNames.KAMELET)).forEach(this::removeKamelet);
        loader.sweep();
    }

    /** Forgets the error of a deleted file, unless routes may still need it. Returns whether nothing else is to be done. */
    private boolean isForgotten(String file, Set<String> all) {
        boolean wasIgnored = folder.problem(file, all) != null;
        if (wasIgnored || !resources.holds(file) && !file.endsWith(FileNames.KAMELET)) {
            errors.forget(file);
        }
        return wasIgnored;
    }

    /** Reports a file that is ignored because of its name. */
    private boolean isIgnored(String file, Set<String> all) {
        String problem = folder.problem(file, all);
        if (problem != null) {
            report(file, problem, loaded.containsKey(file));
        }
        return problem != null;
    }

    /**
     * Returns the other files whose routes use a direct name, a route configuration, a bean or a mapping that may have
     * changed.
     */
    private Set<String> usersOf(Set<String> changed, Set<String> gone) {
        var names = new TreeSet<String>();
        Stream.of(changed, gone)
                .flatMap(Set::stream)
                .forEach(file ->
                        names.addAll(loaded.containsKey(file) ? loaded.get(file).uses() : Set.of(file)));
        var users = new TreeSet<String>();
        loaded.keySet().stream()
                .filter(file -> names.stream().anyMatch(name -> folder.mentions(file, name)))
                .forEach(users::add);
        users.removeAll(gone);
        return users;
    }

    /** Loads files of routes. */
    private void replace(Set<String> routes) {
        var left = new TreeSet<>(routes);
        var failed = new TreeMap<String, Exception>();
        int before;
        do {
            before = left.size();
            failed.clear();
            for (String file : beansFirst(left)) {
                try {
                    replace(file);
                    left.remove(file);
                } catch (GracefulStop.StillBusy e) {
                    postpone(file, e);
                    left.remove(file);
                } catch (Exception e) {
                    failed.put(file, e);
                }
            }
        } while (!failed.isEmpty() && left.size() < before);
        failed.forEach((file, e) -> errors.report(file, folder.error(file, e), isRunning(file)));
    }

    private void postpone(String file, GracefulStop.StillBusy reason) {
        LOG.info("{} is taken later: {}", file, reason.getMessage());
        busy.add(file);
    }

    /** Order of loading: a route must not start with the bean that a file is about to replace. */
    private List<String> beansFirst(Set<String> routes) {
        return routes.stream()
                .sorted(Comparator.comparing(file -> !folder.mentions(file, "beans")))
                .toList();
    }

    private void replace(String file) throws Exception {
        String text = folder.read(file);
        var routes = loader.replace(folder.location(file), text);
        loaded.put(file, new Loaded(text, routes.ids(), routes.uses()));
        errors.fixed(file);
        LOG.info("{} is loaded: {}", file, String.join(", ", routes.ids().isEmpty() ? routes.uses() : routes.ids()));
    }

    /** Returns whether the routes of a file run in the previous version, if need be after a restart. */
    private boolean isRunning(String file) {
        var old = loaded.get(file);
        try {
            if (old != null && !loader.isRunning(folder.location(file))) {
                loader.replace(folder.location(file), old.text());
                // Its beans are new ones.
                usersOf(Set.of(file), Set.of(file)).forEach(this::restart);
            }
            return old != null;
        } catch (Exception e) {
            LOG.error("{}: the previous version can't be restored", file, e);
            loaded.remove(file);
            loader.discard(folder.location(file));
            return false;
        }
    }

    private void restart(String user) {
        try {
            loader.replace(folder.location(user), loaded.get(user).text());
        } catch (GracefulStop.StillBusy e) {
            postpone(user, e);
        } catch (Exception e) {
            errors.report(user, folder.error(user, e), false);
        }
    }

    private void remove(String file) {
        var old = loaded.get(file);
        if (old == null) {
            return;
        }
        try {
            loader.remove(folder.location(file));
            loaded.remove(file);
            LOG.info("{} was deleted; removed: {}", file, String.join(", ", old.ids()));
        } catch (GracefulStop.StillBusy e) {
            postpone(file, e);
        } catch (Exception e) {
            throw new IllegalStateException("The routes of " + file + " can't be stopped", e);
        }
    }

    private void rejectShipped(String file) {
        if (files.shipped(file).exists()) {
            report(file, "there is a shipped file " + file + "; choose another name", true);
        }
    }

    private void report(String file, String problem, boolean olderRuns) {
        errors.report(file, new RouteFileError(0, problem), olderRuns);
    }

    private void reload(String file) {
        boolean olderRuns = resources.has(file);
        try {
            resources.reload(
                    file,
                    name -> loaded.values().stream().anyMatch(route -> UserResources.isNamed(name, route.text())));
            errors.fixed(file);
            LOG.info("{} {}", file, folder.has(file) ? "is loaded" : "was deleted");
        } catch (Exception e) {
            errors.report(file, folder.error(file, e), olderRuns);
        }
        loader.forgetSchema(UserResources.uri(file));
    }

    /** Loads a kamelet and reloads the routes that use it; if one can't run with it, all keep the previous one. */
    private void replaceKamelet(String file) {
        try {
            loader.kamelets()
                    .replace(file, folder.location(file), folder.read(file), this::stopUsers, this::reloadUsers);
            errors.fixed(file);
            LOG.info("{} is loaded", file);
        } catch (GracefulStop.StillBusy e) {
            postpone(file, e);
        } catch (Exception e) {
            errors.report(file, folder.error(file, e), loader.kamelets().isOwn(file));
        }
    }

    private void removeKamelet(String file) {
        boolean used = usersOf(KameletTemplates.nameOf(file)).findAny().isPresent();
        if (used && loader.kamelets().isOwn(file)) {
            report(file, "the file was deleted, but routes use it", true);
        } else {
            loader.kamelets().remove(file);
            errors.fixed(file);
            LOG.info("{} was deleted", file);
        }
    }

    private void stopUsers(String kamelet) throws Exception {
        loader.stop(usersOf(kamelet).map(folder::location));
    }

    private void reloadUsers(String kamelet) throws Exception {
        for (String user : usersOf(kamelet).toList()) {
            loader.replace(folder.location(user), loaded.get(user).text());
        }
    }

    private Stream<String> usersOf(String kamelet) {
        return loaded.keySet().stream()
                .filter(file -> loaded.get(file).text().contains("kamelet:" + kamelet))
                .sorted();
    }

    /**
     * File whose routes run.
     *
     * @param uses names by which routes of other files use it
     */
    private record Loaded(String text, Set<String> ids, Set<String> uses) {}
}
