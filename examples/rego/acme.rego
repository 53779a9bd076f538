# Rules of an organisation that the built-in ones cannot know. `deny`, `warn` and `info` are sets; what they hold is reported by
# `mediastore-lint` as an error, a warning or information.
package acme

# Live containers of production must expire what is transient.
deny contains finding if {
	some container in input.containers
	startswith(container.name, "acme-live-")
	container.tags.Environment == "production"
	not container.lifecycle
	finding := {
		"rule": "live-without-lifecycle",
		"message": sprintf("the live container `%s` keeps every segment for ever", [container.name]),
		"address": container.address,
		"help": "attach a lifecycle policy that expires what is older than 300 seconds",
	}
}

# Nobody but the CDN reads from an origin of production.
warn contains finding if {
	some container in input.containers
	container.tags.Environment == "production"
	container.exposure.actions["mediastore:GetObject"] == "public"
	finding := {
		"rule": "public-origin",
		"message": "viewers can go around the CDN",
		"address": container.address,
	}
}

# A text is enough where there is nothing to point at.
info contains "no container is tagged with an owner" if {
	count(input.containers) > 0
	every container in input.containers {
		not container.tags.Owner
	}
}
