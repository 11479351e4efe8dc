//! A model of the log: small histories, random and exhaustive, read by the program and by a second, naive reader, and attacked.
//!
//! `BREAKGLASS_MODEL_CASES` says how many random cases each property tries.

mod acts;
mod agrees;
mod attacks;
mod calm;
mod exhaustive;
mod kept;
mod naive;
mod told;
mod world;
