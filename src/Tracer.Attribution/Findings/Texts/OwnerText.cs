// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Texts;

/// <summary>Whose sockets they are, as the first words of a sentence.</summary>
internal static class OwnerText
{
    private const int ShortContainerId = 12;

    /// <summary>python3(4711) of shop.service, apache2 (12 processes)</summary>
    public static string Of(Owner owner)
    {
        if (owner.Processes.Count == 0)
            return "an unknown process";
        string name = owner.Comm.Length == 0 ? "?" : owner.Comm;
        string text = owner.Processes.Count == 1
            ? Counts.Text($"{name}({owner.Processes[0].Process.Pid})")
            : Counts.Text($"{name} ({owner.Processes.Count} processes)");
        return text + Place(owner, name);
    }

    // A service that is called like its program is not named twice.
    private static string Place(Owner owner, string name)
    {
        if (owner.ContainerId.Length >= ShortContainerId)
            return $" in container {owner.ContainerId[..ShortContainerId]}";
        bool isService = owner.Unit.EndsWith(".service", StringComparison.Ordinal) && !owner.Unit.StartsWith("user@", StringComparison.Ordinal);
        return isService && !owner.Unit.StartsWith(name, StringComparison.Ordinal) ? $" of {owner.Unit}" : "";
    }
}
