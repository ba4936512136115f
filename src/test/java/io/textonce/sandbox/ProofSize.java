package io.textonce.sandbox;

/** Size of the proof: {@code verify -Pproof} runs it in its large size. */
public final class ProofSize {

    public static final boolean LARGE = Boolean.getBoolean("proof.large");

    private ProofSize() {}
}
