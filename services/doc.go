// Package services holds the bounded contexts (界限上下文) of the system, one
// folder each, and the kit they stand on. A context decides within its own
// field, says what happened in the words of package events, and hears the
// others; it must never import another context, a driver or the web.
//
// Package services itself has no code, only the test that keeps the floor plan.
package services
