# What this organisation lets nobody do without a second look. It is asked about a plan
# as "espalier show -json" writes it.
package espalier.policy

# Terraform's words: what is made, changed and deleted, and how it will be.

changes(type, action) := [c |
	some c in input.resource_changes
	c.type == type
	action in c.change.actions
]

deny contains sprintf("%s would have the mail address %s, which is not one of ours", [c.address, email]) if {
	some c in input.resource_changes
	email := c.change.after.email
	not endswith(email, "@example.org")
}

deny contains sprintf("%d people would be deleted at once; 2 is the most", [n]) if {
	n := count(changes("motimate_user", "delete"))
	n > 2
}

deny contains sprintf("%s is no store and would be deleted", [c.address]) if {
	some c in changes("motimate_group", "delete")
	c.change.before.kind != "store"
}

# Our own words, under "espalier": what goes along with a move, what guards say, what
# an earlier run has left open.

deny contains sprintf("%s would take %d people from %s to %s; 5 is the most", [c.address, c.espalier.people, above(c.espalier.from_path), above(c.espalier.to_path)]) if {
	some c in input.resource_changes
	c.espalier.people > 5
}

deny contains sprintf("an earlier run has left %d calls open: apply that first", [input.espalier.pending_calls]) if {
	input.espalier.pending_calls > 0
}

warn contains sprintf("the guard %s refuses it: %s", [r.guard, r.summary]) if {
	some r in input.espalier.refusals
}

warn contains sprintf("%s was changed by hand", [c.address]) if {
	some c in input.resource_drift
}

# The path without the unit itself.
above(path) := concat("/", array.slice(path, 0, count(path) - 1))
