//! Instruction sets that the processor may have beyond those that every program is compiled for.
//!
//! Each has a type of which only its constructor makes a value, after it asked the processor. A function that is compiled
//! for an instruction set is only called where such a value is at hand, which is what makes the call sound.

macro_rules! instruction_set {
    ($(#[$attribute:meta])* $name:ident: $($feature:tt),+) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name(());

        impl $name {
            /// Returns the proof, or `None` if the processor lacks the instruction set. Cost: a load and a test, once the
            /// standard library has asked the processor.
            #[inline]
            pub(crate) fn new() -> Option<Self> {
                #[cfg(target_arch = "x86_64")]
                let is_available = $(std::is_x86_feature_detected!($feature))&&+;
                #[cfg(not(target_arch = "x86_64"))]
                let is_available = false;
                is_available.then_some(Self(()))
            }
        }
    };
}

instruction_set! {
    /// Proof that the processor has AVX2.
    Avx2: "avx2"
}

instruction_set! {
    /// Proof that the processor has AVX-512 with operations on 16-bit numbers (F and BW).
    Avx512: "avx512f", "avx512bw"
}
