// Package conformance runs the suites of store.Log and view.Tables against
// servers that speak the protocol of MongoDB. It is a module of its own, so that
// the program does not depend on a server that only tests need.
package conformance
