# TextOnce as an image, built by BuildKit: docker build -t textonce .
# Java 25 starts it from a cache of loaded and compiled classes (JEP 483, 514, 515), created here by one run against real
# peers. A cache is valid only for the JVM and jars that created it: all three stages use the same ones.

FROM eclipse-temurin:25-jdk-noble AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -q -DskipTests package dependency:copy-dependencies -DoutputDirectory=target/sandbox-jars \
    && java -Djarmode=tools -jar target/textonce-*.jar extract --layers \
        --application-filename textonce.jar --libraries jars --destination target/layers

# Layers, of which a new version changes only the last. They belong to root: the user that runs them can't write.
# Jars of further Camel components are mounted into /textonce/lib.
FROM eclipse-temurin:25-jre-noble AS application
RUN useradd --system --uid 10001 --home-dir /textonce --shell /usr/sbin/nologin textonce \
    && install -d -o 10001 -g textonce /textonce/inbox \
    && install -d /textonce/lib
WORKDIR /textonce
COPY --from=build /build/target/layers/dependencies/ ./
COPY --from=build /build/target/layers/snapshot-dependencies/ ./
COPY --from=build /build/target/layers/application/ ./
COPY docker/small.options ./
USER 10001
LABEL org.opencontainers.image.title="TextOnce" \
      org.opencontainers.image.description="Turns each business event into exactly one Twilio SMS" \
      org.opencontainers.image.licenses="Apache-2.0"
EXPOSE 3000 9090
# The JRE's image has bash and openssl, but neither curl nor wget. Kubernetes ignores this line and uses its own probes.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s CMD ["bash", "-c", \
    "request='GET /actuator/health/readiness HTTP/1.0\r\n\r\n'; port=${MANAGEMENT_SERVER_PORT:-9090}; \
    if [ \"$MANAGEMENT_SERVER_SSL_ENABLED\" = true ]; \
    then printf \"$request\" | openssl s_client -quiet -connect 127.0.0.1:$port 2>/dev/null; \
    else exec 3<>/dev/tcp/127.0.0.1/$port && printf \"$request\" >&3 && cat <&3; \
    fi | grep -q '^HTTP/1.1 200'"]

# TextOnce works under load from all intakes until the compiler rests, at most some three minutes, with the sandbox's
# PostgreSQL, Artemis and simulator of Twilio, which start here as processes of this step: it needs no network.
FROM application AS training
WORKDIR /tmp
RUN --mount=type=bind,from=build,source=/build/target,target=/sandbox \
    java -Dsandbox.jar=/textonce/textonce.jar -cp "/sandbox/test-classes:/sandbox/classes:/sandbox/sandbox-jars/*" \
        io.textonce.sandbox.Training textonce.aot -XX:AOTCacheOutput=textonce.aot -Xlog:aot=error

# The sandbox as an image of its own: docker build --target sandbox -t textonce-sandbox .
# Its commands are those of the jar: docker run --rm -v ./my-routes:/sandbox/my-routes textonce-sandbox check
FROM eclipse-temurin:25-jre-noble AS sandbox
RUN useradd --system --uid 10001 --home-dir /sandbox --create-home --shell /usr/sbin/nologin textonce
WORKDIR /sandbox
COPY --from=build /build/target/sandbox-jar/textonce-sandbox.jar /opt/
USER 10001
EXPOSE 3000
ENTRYPOINT ["java", "-jar", "/opt/textonce-sandbox.jar"]
CMD ["sandbox"]

# The small form, for a container of 256 MB and some 100 messages a second: docker build --target small -t textonce-small .
# Its JVM has only an archive of loaded classes: profiles are of use to the optimizing compiler alone.
FROM application AS small-training
WORKDIR /tmp
RUN --mount=type=bind,from=build,source=/build/target,target=/sandbox \
    java -Dsandbox.jar=/textonce/textonce.jar -cp "/sandbox/test-classes:/sandbox/classes:/sandbox/sandbox-jars/*" \
        io.textonce.sandbox.Training textonce.jsa @/textonce/small.options -Xmx160m -XX:ArchiveClassesAtExit=textonce.jsa

FROM application AS small
COPY --from=small-training --chown=0:0 /tmp/textonce.jsa ./
ENV MALLOC_ARENA_MAX=1
ENV SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE=8
ENV TEXTONCE_HTTP_MAX_IN_FLIGHT=64
ENV TEXTONCE_JMS_CONSUMERS=32
ENV TEXTONCE_FILE_PARALLEL=32
ENV TEXTONCE_TWILIO_CONNECTIONS=64
ENV TEXTONCE_WARM_UP=0s
ENTRYPOINT ["java", "@small.options", "-XX:SharedArchiveFile=textonce.jsa", "-cp", "textonce.jar:lib/*", "io.textonce.TextOnce"]

FROM application
COPY --from=training --chown=0:0 /tmp/textonce.aot ./
# A cache for another JVM or other jars is ignored: only the start is slower then.
# The whole heap from the start and half of it for new objects, for fewer pauses by copying. Memory outside the heap
# takes some 300 MB.
ENTRYPOINT ["java", "-XX:AOTCache=textonce.aot", "-XX:+UseParallelGC", \
    "-XX:InitialRAMPercentage=65", "-XX:MaxRAMPercentage=65", "-XX:NewRatio=1", \
    "-cp", "textonce.jar:lib/*", "io.textonce.TextOnce"]
