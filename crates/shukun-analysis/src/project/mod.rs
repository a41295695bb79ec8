//! What a change of a line or rate costs each fund over the coming years.
