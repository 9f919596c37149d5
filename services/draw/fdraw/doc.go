// Package fdraw computes and checks a random draw that anybody can repeat: the
// facilities to inspect, the officers who go, and the proof that neither was
// chosen by a person (优化营商环境条例 art. 54).
//
// It must never do I/O, read a clock, draw randomness of its own, or import
// another package of ours: the same bytes in give the same bytes out, on every
// machine, for ever. A change of a single output byte is a new format.
//
// # The course of a draw
//
// Announce fixes the rules and the public number to wait for. Each party keeps
// a nonce and hands in Commit.Digest. Freeze binds Announce, Pool, Officers and
// the commitments; Reveals opens them; Beacon is the public number drawn after
// that. SeedOf mixes the two, Draw selects and staffs, Seal hides the Result
// behind digests until it may be opened and gives every facility a Notice it
// can check at once. Roster replaces an officer afterwards, by the same deck.
// Verify repeats all of it from a Bundle.
//
// # Units
//
// A probability is a whole number of millionths, called ppm: Certain =
// 1,000,000 is certainty. Nothing here is a floating-point number. Times are in seconds,
// written with the offset +08:00.
//
// # Files
//
// Every file is lines of ASCII with single spaces and a line feed after each;
// it has exactly one spelling. Each Parse function refuses every other spelling
// with a *FormatError that names the line, in the language of its readers.
// Identifiers are opaque; names of people and places never enter a file.
package fdraw

// Certain is the probability 1 in ppm, and the distance between two ticks of
// the ruler.
const Certain = 1_000_000
