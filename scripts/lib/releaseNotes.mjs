// What CHANGELOG.md says about one version, for the page of its release.

/**
 * The part of a change log (keepachangelog.com) about one version, without its heading.
 *
 * @param {string} changelog
 * @param {string} version such as 1.2.0, or v1.2.0 as tags write it
 * @returns {string | null} null when the log does not speak of it, or says nothing
 */
export function releaseNotes(changelog, version) {
  const wanted = version.replace(/^v/, '');
  const lines = changelog.split('\n');
  const heading = (line) => /^## \[([^\]]+)\]/.exec(line)?.[1];
  const from = lines.findIndex((line) => heading(line) === wanted);
  if (from === -1) return null;
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => line.startsWith('## '));
  // Links that stand below all versions belong to none.
  const notes = rest
    .slice(0, to === -1 ? undefined : to)
    .filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join('\n')
    .trim();
  return notes === '' ? null : notes;
}
