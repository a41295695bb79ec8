//! The three colours over a stream of monthly batches, and who will likely cross the line by December.
