// Package interop has software that others wrote read our public log. It holds
// nothing but tests, in a module of its own, because what they need is no part of
// the program.
package interop
