# TextOnce in layers, of which a new version changes only the last; it runs as an ordinary user. Jars of further Camel
# components are mounted into /textonce/lib.
FROM eclipse-temurin:25-jdk AS build
WORKDIR /build
COPY . .
RUN ./mvnw -B -q -DskipTests package \
    && java -Djarmode=tools -jar target/textonce-*.jar extract --layers --launcher --destination layers

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --create-home --home-dir /textonce textonce \
    && install -d -o textonce -g textonce /textonce/inbox /textonce/lib
WORKDIR /textonce
COPY --from=build /build/layers/dependencies/ ./
COPY --from=build /build/layers/spring-boot-loader/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./
USER 10001
EXPOSE 3000 9090
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "org.springframework.boot.loader.launch.PropertiesLauncher"]
