data "moxtra_todos" "me" {}

output "due" {
  value = flatten([for b in data.moxtra_todos.me.binders : [for t in b.todos : t.name if t.due_time > 0]])
}
