// Package years lets five years of a district pass through the real services,
// with faults of the stores and of the bus, restarts, replicas and a clock that
// is set wrong, and compares what was said about every time limit with an
// oracle that shares no arithmetic with them. It holds tests alone and must
// never be part of the program.
package years
