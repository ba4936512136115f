package io.textonce.message;

/** Marker of beans whose steps have no effect while the preview of an event is made. */
public interface PreviewAware {}
