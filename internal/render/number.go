package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// count writes a number with thousands separators: 1,140.
func count(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// plural writes a number with its noun: 1 group, 1,140 groups.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// share writes n of base as a percentage, and is empty without a base. A share
// is never rounded to nothing or to everything.
func share(n, base int) string {
	if base <= 0 {
		return ""
	}
	percent := 100 * float64(n) / float64(base)
	switch {
	case n > 0 && percent < 1:
		return "under 1 %"
	case n < base && percent > 99:
		return "over 99 %"
	}
	return strconv.Itoa(int(math.Round(percent))) + " %"
}

// about writes an estimate of time: about 20 s, about 1 h 5 min.
func about(d time.Duration) string {
	if d < time.Second {
		return "under a second"
	}
	return "about " + rough(d)
}

// rough writes a duration in at most two units, rounded to the smaller one.
func rough(d time.Duration) string {
	switch {
	case d < 100*time.Second:
		return fmt.Sprintf("%d s", int(d.Round(time.Second)/time.Second))
	case d < 10*time.Minute:
		d = d.Round(time.Second)
		return twoUnits(int(d/time.Minute), "min", int(d%time.Minute/time.Second), "s")
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	default:
		d = d.Round(time.Minute)
		return twoUnits(int(d/time.Hour), "h", int(d%time.Hour/time.Minute), "min")
	}
}

func twoUnits(a int, unit string, b int, small string) string {
	if b == 0 {
		return fmt.Sprintf("%s %s", count(a), unit)
	}
	return fmt.Sprintf("%s %s %d %s", count(a), unit, b, small)
}

// took writes a duration that was measured, with a tenth below ten seconds.
func took(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return rough(d)
}

// enumerate joins items with commas and an "and" before the last.
func enumerate(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// some joins the first items that were kept of total, and says how many more
// there are.
func some(items []string, total int) string {
	if more := total - len(items); more > 0 {
		if len(items) == 0 {
			return ""
		}
		return strings.Join(items, ", ") + " and " + count(more) + " more"
	}
	return enumerate(items)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
