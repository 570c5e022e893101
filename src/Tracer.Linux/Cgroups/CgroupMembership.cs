// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Cgroups;

/// <summary>What /proc/PID/cgroup says, on cgroup v2, hybrid and v1 hosts.</summary>
/// <param name="Path">Cgroup v2 path; where v2 is not mounted that of systemd's v1 hierarchy; sanitized.</param>
/// <param name="Unit">systemd unit; empty when there is none.</param>
/// <param name="ContainerId">64 hex digits; empty outside a container.</param>
public readonly record struct CgroupMembership(string Path, string Unit, string ContainerId)
{
    private const int MaxLines = 64;

    internal static CgroupMembership Parse(ReadOnlySpan<byte> text)
    {
        string unified = "", systemd = "", unit = "", container = "";
        int lines = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            if (++lines > MaxLines)
                break;
            if (!TrySplit(text[range], out ReadOnlySpan<byte> hierarchy, out ReadOnlySpan<byte> controllers, out string path))
                continue;

            bool isUnified = controllers.IsEmpty && hierarchy.SequenceEqual("0"u8);
            bool isSystemd = controllers.SequenceEqual("name=systemd"u8);
            if (isUnified)
                unified = path;
            else if (isSystemd)
                systemd = path;

            // On hybrid hosts container runtimes use the v1 controllers and leave the v2 path at the root.
            container = Prefer(isUnified, CgroupNames.ContainerIdOf(path), container);
            if (isUnified || isSystemd)
                unit = Prefer(isUnified, CgroupNames.UnitOf(path), unit);
        }

        return new CgroupMembership(unified.Length > 0 ? unified : systemd, unit, container);
    }

    private static string Prefer(bool isUnified, string found, string earlier) =>
        found.Length > 0 && (isUnified || earlier.Length == 0) ? found : earlier;

    private static bool TrySplit(
        ReadOnlySpan<byte> line, out ReadOnlySpan<byte> hierarchy, out ReadOnlySpan<byte> controllers, out string path)
    {
        hierarchy = controllers = default;
        path = "";
        int first = line.IndexOf((byte)':');
        int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)':');
        if (second < 0)
            return false;

        hierarchy = line[..first];
        controllers = line.Slice(first + 1, second);
        ReadOnlySpan<byte> raw = line[(first + second + 2)..];
        if (raw.IsEmpty || raw[0] != (byte)'/')
            return false;
        // The kernel's mark for a cgroup that was removed while the process is leaving it.
        path = ControlText.Sanitize(raw.EndsWith(" (deleted)"u8) ? raw[..^10] : raw);
        return true;
    }
}
