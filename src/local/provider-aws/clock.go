// Package clock says how long the provider waits before it looks at something again.
package clock

import (
	"os"
	"strconv"
	"time"
)

const variable = "PROVIDER_CLOCK"

// factor is what part of its waits the provider waits: PROVIDER_CLOCK of the environment, else all of them.
var factor = read()

func read() float64 {
	text := os.Getenv(variable)
	if text == "" {
		return 1
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value > 0 && value <= 1) {
		panic(variable + " must be a number above 0 and up to 1, not " + strconv.Quote(text))
	}
	return value
}

// Scaled is how long to wait where the provider waits for d by itself.
func Scaled(d time.Duration) time.Duration {
	if factor == 1 {
		return d
	}
	return time.Duration(float64(d) * factor)
}
