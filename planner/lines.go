package planner

// readyLines are the steps that are ready, in a line for each provider configuration:
// each has calls under way of its own, so that one whose calls have to wait for
// its budget does not hold up the others.
type readyLines struct {
	steps      []Step
	turns      int // how many calls a line may have under way at once
	byProvider map[string]*readyLine
	all        []*readyLine // in the order in which they began
	came       int          // how many steps have been added
	waiting    int
}

// readyLine is that of one provider configuration.
type readyLine struct {
	ready []arrival
	turns int // how many calls may still be begun at once
}

// arrival is a step in its line; came counts across all lines.
type arrival struct{ step, came int }

func newReadyLines(steps []Step, turns int) *readyLines {
	return &readyLines{steps: steps, turns: turns, byProvider: map[string]*readyLine{}}
}

func (l *readyLines) of(step int) *readyLine {
	provider := l.steps[step].Provider
	one := l.byProvider[provider]
	if one == nil {
		one = &readyLine{turns: l.turns}
		l.byProvider[provider] = one
		l.all = append(l.all, one)
	}
	return one
}

func (l *readyLines) add(steps ...int) {
	for _, step := range steps {
		one := l.of(step)
		one.ready = append(one.ready, arrival{step, l.came})
		l.came++
		l.waiting++
	}
}

// next takes the step that has been ready longest of those whose line has a turn,
// or that make no call; false if there is none.
func (l *readyLines) next() (step int, ok bool) {
	var first *readyLine
	for _, one := range l.all {
		if len(one.ready) == 0 || one.turns == 0 && l.steps[one.ready[0].step].Calls > 0 {
			continue
		}
		if first == nil || one.ready[0].came < first.ready[0].came {
			first = one
		}
	}
	if first == nil {
		return 0, false
	}
	step = first.ready[0].step
	first.ready = first.ready[1:]
	l.waiting--
	return step, true
}

// begin takes a turn for a step's call, and end gives it back.
func (l *readyLines) begin(step int) { l.of(step).turns-- }
func (l *readyLines) end(step int)   { l.of(step).turns++ }
