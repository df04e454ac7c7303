package moxtra

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The names of the data sources.
const (
	dataUser        = "moxtra_user"
	dataOrgUsers    = "moxtra_org_users"
	dataTimeline    = "moxtra_timeline"
	dataUnreadFeeds = "moxtra_unread_feeds"
	dataTodos       = "moxtra_todos"
	dataMentions    = "moxtra_mentions"
	dataFavorites   = "moxtra_favorites"
	dataTeam        = "moxtra_team"
)

// activity is a data source that is one reading of what a user has.
type activity struct {
	path   string // behind the user
	fields []field
	params []string // arguments that are sent as they are
}

var (
	feeds = []field{{name: "feeds", shape: shapeList, of: feedFields,
		doc: "The activities, in the order of the server: each says who (`actor`) did what (`verb`) to what (`object`), where (`target`), and in which binder (`generator`). A part that is null on the server is null here."}}

	// activities is the table of them [user].
	activities = map[string]activity{
		dataTimeline:  {"timeline", feeds, []string{"filter", "sort"}},
		dataMentions:  {"mentions", feeds, nil},
		dataFavorites: {"favorites", feeds, nil},
		dataUnreadFeeds: {"unreadfeeds", []field{
			{name: "unread_feeds", shape: shapeNumber, doc: "How many there are."}}, nil},
		dataTodos: {"todos", []field{
			{name: "binders", shape: shapeList, of: binderFields, doc: "The binders with such tasks. A task without a date has 0 as its due_time and null as its due_at."}}, nil},
	}
)

// dataTypes returns the data sources.
func dataTypes() []*schema.Type {
	return []*schema.Type{
		dataSource(dataUser, "user", "One user, as a reading of that user alone shows it.",
			ofUser(), []schema.Attribute{computedID("user")}, computed(personFields, ownFields)),
		dataSource(dataOrgUsers, "users", "The users of an org, all or those that pass every filter.",
			ofUser(), []schema.Attribute{
				{Name: "org_id", Type: cty.String, Doc: "The id of the org; that of the provider block if it is left out."},
				{Name: "status", Type: cty.String, Doc: "A filter: the state in the org, such as `GROUP_MEMBER`."},
				{Name: "admin", Type: cty.Bool, Doc: "A filter: whether they administer the org."},
				{Name: "disabled", Type: cty.Bool, Doc: "A filter: whether they are disabled."},
				{Name: "total", Type: cty.Number, Computed: true, Doc: "How many users the org has, before any filter."},
				{Name: "users", Type: cty.List(objectType(orgUserFields)), Computed: true, Doc: "What was found, ordered by id."},
			}),
		dataSource(dataTimeline, "timeline", "All activities that a user can see.",
			ofUser(), []schema.Attribute{
				{Name: "filter", Type: cty.String, Enum: []string{"unreadfeeds"}, Doc: "Only what the user has not read."},
				{Name: "sort", Type: cty.String, Enum: []string{"time"}, Doc: "The latest first; without it the order is the server's own."},
			}, computed(feeds)),
		dataSource(dataUnreadFeeds, "unread activities", "How many activities a user has not read.", ofUser(), computed(activities[dataUnreadFeeds].fields)),
		dataSource(dataTodos, "tasks", "The tasks that are open and assigned to a user, by the binder that they are in.", ofUser(), computed(activities[dataTodos].fields)),
		dataSource(dataMentions, "mentions", "The messages for a user.", ofUser(), computed(feeds)),
		dataSource(dataFavorites, "favorites", "What a user has marked as a favorite.", ofUser(), computed(feeds)),
		dataSource(dataTeam, "team", "A team and those who are in it. The ids of a user's own teams are in `teams` of the user.",
			[]schema.Attribute{{Name: "team_id", Type: cty.String, Required: true, Doc: "The id of the team."}}, computed(teamFields)),
	}
}

func dataSource(name, noun, doc string, attributes ...[]schema.Attribute) *schema.Type {
	t := &schema.Type{Name: name, Provider: providerName, Noun: [2]string{noun, noun}, Doc: doc, Attributes: slices.Concat(attributes...)}
	return t.Index()
}

// ofUser is the argument that says whose.
func ofUser() []schema.Attribute {
	return []schema.Attribute{{Name: "user_id", Type: cty.String, Refers: typeUser, Default: me, Form: userIDs(),
		Doc: "The id of a user, or `me` for the account that holds the token."}}
}

func computed(lists ...[]field) []schema.Attribute {
	var attributes []schema.Attribute
	for _, f := range slices.Concat(lists...) {
		attributes = append(attributes, f.computed()...)
	}
	return attributes
}
