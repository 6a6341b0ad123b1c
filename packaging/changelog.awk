# Writes CHANGELOG.md in the form of deb-changelog(5): each version with its points, signed and dated.
# Usage: awk -v version=0.1.0 -v maintainer="NAME <ADDRESS>" -v date="RFC 5322" -f changelog.awk CHANGELOG.md
function sign() {
	if (open) printf "\n -- %s  %s\n", maintainer, date
	open = 0
}

# A point is written once it is whole, in lines that fit a terminal.
function write(    words, count, i, line) {
	if (point == "") return
	count = split(point, words, " ")
	line = "  *"
	for (i = 1; i <= count; i++) {
		if (length(line) + length(words[i]) > 76) {
			print line
			line = "   "
		}
		line = line " " words[i]
	}
	print line
	point = ""
}

/^## / {
	write()
	sign()
	name = $2
	gsub(/[][]/, "", name)
	# what is not released yet is what is packaged
	if (name !~ /^[0-9]/) name = version
	if (seen++) print ""
	printf "reprise (%s) unstable; urgency=medium\n\n", name
	open = 1
	next
}
!open { next }
/^### / {
	write()
	printf "  [ %s ]\n", substr($0, 5)
}
/^- / {
	write()
	point = substr($0, 3)
}
/^  / { point = point " " $0 }
END {
	write()
	sign()
}
