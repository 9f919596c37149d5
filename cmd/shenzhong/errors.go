package main

// usageError is wrong usage or bad input: exit code 2, nothing was tried.
type usageError struct{ error }

// Unwrap returns what is wrong.
func (e usageError) Unwrap() error { return e.error }
