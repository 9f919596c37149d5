package store

import (
	"context"
	"fmt"
	"strings"
)

// scanPage is how many commits one look into a log takes.
const scanPage = 500

// Each calls visit for every commit of a log, ordered by subject, then version.
func Each(ctx context.Context, log Log, visit func(Commit) error) error {
	subject, version := "", int64(0)
	for {
		commits, err := log.Scan(ctx, subject, version, scanPage)
		if err != nil {
			return err
		}
		for _, c := range commits {
			if err := visit(c); err != nil {
				return err
			}
			subject, version = c.Subject, c.Version
		}
		if len(commits) < scanPage {
			return nil
		}
	}
}

// Break is a place where a chain does not hold.
type Break struct {
	ID     string // of the commit
	Reason string // in English, for the operator
}

// Verify walks every chain of a log and returns the places that do not hold and
// how many commits it read. It finds an altered, a missing and an inserted
// commit; it cannot see that the newest commits of a chain were cut off, which
// is what the stream and the published log are compared for.
func Verify(ctx context.Context, log Log) (breaks []Break, commits int, err error) {
	var last Commit
	causes := map[string]string{}
	err = Each(ctx, log, func(c Commit) error {
		commits++
		if c.Subject != last.Subject {
			last = Commit{Subject: c.Subject}
			clear(causes)
		}
		found := func(format string, args ...any) {
			breaks = append(breaks, Break{ID: c.ID(), Reason: fmt.Sprintf(format, args...)})
		}
		if c.Version != last.Version+1 {
			found("follows version %d", last.Version)
		}
		if c.Prev != last.Hash {
			found("does not continue the commit before it")
		}
		if c.Sum() != c.Hash {
			found("content and hash differ")
		}
		if c.Opens != c.ID() && (c.Version != 1 || c.Opens != opening(c.Subject, c.Cause)) {
			found("opens %q, which is neither its id nor its cause", c.Opens)
		}
		if c.At.Before(last.At) {
			found("is older than the commit before it")
		}
		if other, ok := causes[c.Cause]; ok {
			found("cause %s was applied by %s already", c.Cause, other)
		}
		causes[c.Cause] = c.ID()
		last = c
		return nil
	})
	return breaks, commits, err
}

// opening is what a commit opens that makes a numbered entity: its collection
// and its cause.
func opening(subject, cause string) string {
	collection, _, _ := strings.Cut(subject, "/")
	return collection + "|" + cause
}
