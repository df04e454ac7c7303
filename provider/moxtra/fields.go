package moxtra

// The fields of all that the API answers with, as the vendor's pages list them.

var (
	createdAndUpdated = []field{
		{name: "created_time", shape: shapeMoment, doc: "When it was made, in milliseconds since 1970."},
		{name: "updated_time", shape: shapeMoment, doc: "When it was changed last, in milliseconds since 1970."},
	}

	// personFields are what a user has wherever it is shown; those that can be
	// written come first [user].
	personFields = append([]field{
		{name: "first_name", doc: "The given name."},
		{name: "last_name", doc: "The family name."},
		{name: "language", doc: "The language that the user reads the product in."},
		{name: "unique_id", doc: "The id in the system of the app's owner, if the account was made by one rather than by an e-mail address."},
		{name: "picture_uri", doc: "The address of the picture."},
	}, createdAndUpdated...)

	// ownFields are what only the reading of a single user shows [user].
	ownFields = []field{
		{name: "timezone", doc: "The time zone, by its name in the TZ database."},
		{name: "email", doc: "The e-mail address."},
		{name: "name", from: []string{"first_name", "last_name"}, doc: "The full name."},
		{name: "org_id", doc: "The id of the org that the user belongs to."},
		{name: "org_plan_code", doc: "The default package of that org."},
		{name: "org_status", doc: "The state of that org: `GROUP_TRIAL_SUBSCRIPTION`, `GROUP_EXPIRED_SUBSCRIPTION` (a trial that has ended), `GROUP_NORMAL_SUBSCRIPTION` (paid) or `GROUP_CANCELED_SUBSCRIPTION` (disabled)."},
		{name: "type", doc: "The kind of account: `USER_TYPE_NORMAL` or `USER_TYPE_SSO`."},
		{name: "teams", shape: shapeList, of: append([]field{{name: "id", shape: shapeID}, {name: "name"}}, createdAndUpdated...), doc: "The teams that the user is in."},
	}

	// memberFields are what only the list of an org's users shows [user].
	memberFields = []field{
		{name: "phone_number", doc: "The phone number, which only the list of the org's users shows."},
		{name: "admin", shape: shapeFlag, doc: "Whether the user administers the org, which only its list of users shows."},
		{name: "disabled", shape: shapeFlag, doc: "Whether the user is disabled, which only the list of the org's users shows."},
		{name: "status", doc: "The state in the org, such as `GROUP_MEMBER`, which only its list of users shows."},
		{name: "tags", shape: shapeList, of: []field{{name: "name"}, {name: "value"}}, doc: "The tags, which only the list of the org's users shows."},
	}

	// orgUserFields are one element of the list of an org's users.
	orgUserFields = append(append([]field{{name: "id", shape: shapeID}}, personFields...), memberFields...)

	// feedFields are one activity, in the form of Activity Streams [user].
	feedFields = []field{
		{name: "id", shape: shapeID},
		{name: "verb"},
		{name: "published", shape: shapeStamp},
		{name: "actor", shape: shapeObject, of: activityFields("image", "displayName", "unique_id", "email")},
		{name: "object", shape: shapeObject, of: activityFields("content", "content_text", "displayName", "type", "url", "image")},
		{name: "target", shape: shapeObject, of: activityFields("type", "url", "image", "displayName")},
		{name: "generator", shape: shapeObject, of: []field{{name: "id", shape: shapeID}}},
	}

	// binderFields are the open tasks of one binder [user].
	binderFields = []field{
		{name: "binder_id", shape: shapeID},
		{name: "count", shape: shapeNumber},
		{name: "todos", shape: shapeList, of: append([]field{
			{name: "id", shape: shapeID}, {name: "name"}, {name: "description"}, {name: "comments"},
			{name: "creator_id", shape: shapeID}, {name: "creator_name"}, {name: "assignee_id", shape: shapeID}, {name: "assignee_name"},
			{name: "due_time", shape: shapeMoment}, {name: "reminder_time", shape: shapeMoment}, {name: "completed", shape: shapeFlag},
		}, createdAndUpdated...)},
	}

	// teamFields are a team with those who are in it [team].
	teamFields = append([]field{
		{name: "id", shape: shapeID, doc: "The id of the team."},
		{name: "name", doc: "The name of the team."},
		{name: "members", shape: shapeList, doc: "Who is in it, and whether they own it.", of: append([]field{
			{name: "owner", shape: shapeFlag},
			{name: "member", shape: shapeObject, of: []field{
				{name: "user_id", shape: shapeID}, {name: "name"}, {name: "email"}, {name: "unique_id"}, {name: "org_id"},
			}},
		}, createdAndUpdated...)},
	}, createdAndUpdated...)
)

// activityFields are those of a part of an activity: what each part has, and some more.
func activityFields(more ...string) []field {
	fields := []field{{name: "id", shape: shapeID}, {name: "objectType"}, {name: "published", shape: shapeStamp}, {name: "updated", shape: shapeStamp}}
	for _, name := range more {
		fields = append(fields, field{name: name})
	}
	return fields
}
