package draw

import "encoding/hex"

// skillWord spells a skill (业务专长) as the files of a draw can hold it: they
// are ASCII, so that there is one way to write them down. A word that is ASCII
// stays; any other becomes "u-" and the hexadecimal digits of its UTF-8.
func skillWord(skill string) string {
	for i := range len(skill) {
		if c := skill[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "u-" + hex.EncodeToString([]byte(skill))
		}
	}
	return skill
}

// skillWords spells several.
func skillWords(skills []string) []string {
	out := make([]string, len(skills))
	for i, s := range skills {
		out[i] = skillWord(s)
	}
	return out
}
