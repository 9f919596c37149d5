package stats

// Outlook is what the draws of a year promise one object: three numbers, known
// before the first of them is held.
type Outlook struct {
	This     float64 `json:"this"`     // chance in the draw at hand, if it was not visited before
	Year     float64 `json:"year"`     // chance of at least one visit in the year
	Expected float64 `json:"expected"` // visits in the year on average
}

// Ahead follows an object through the draws of a year. chance returns its chance,
// between 0 and 1, in draw t (from 0) once it has been visited so many times this
// year. It says nothing of what has been drawn already: whoever knew that would
// know a sealed outcome.
func Ahead(draws, this int, chance func(t, visited int) float64) Outlook {
	times := make([]float64, draws+1) // chance of having been visited so often so far
	times[0] = 1
	var o Outlook
	for t := range draws {
		next := make([]float64, draws+1)
		for visited, weight := range times[:t+1] {
			p := chance(t, visited)
			o.Expected += weight * p
			next[visited] += weight * (1 - p)
			next[visited+1] += weight * p
		}
		times = next
	}
	o.Year = 1 - times[0]
	if this >= 0 && this < draws {
		o.This = chance(this, 0)
	}
	return o
}
