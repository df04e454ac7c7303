package schema

// Discreet is the Extra of a diagnostic about a person. Its Detail says what that of the
// diagnostic does without a value of anybody's; addresses may be in both.
type Discreet struct {
	Detail string
}
