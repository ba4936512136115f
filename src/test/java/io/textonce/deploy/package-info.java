/** The files by which TextOnce is deployed: image, compose, Kubernetes, Prometheus and Grafana. */
@NullMarked
package io.textonce.deploy;

import org.jspecify.annotations.NullMarked;
