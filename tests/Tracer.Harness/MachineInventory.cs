// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;

namespace Tracer.Harness;

/// <summary>What a daemon or a test could leave behind on this machine.</summary>
public sealed record MachineInventory(HashSet<string> Items)
{
    public static async Task<MachineInventory> Take()
    {
        HashSet<string> items = await AllBpfObjects();
        foreach (string line in (await Command.MustRun("ip", "netns", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            items.Add("netns " + line.Split(' ')[0]);
        items.UnionWith((await File.ReadAllLinesAsync("/proc/self/mounts"))
            .Where(line => line.Split(' ')[1] != "/run/netns") // `ip netns add` makes it once and for all
            .Select(line => "mount " + line));
        foreach ((string root, string pattern) in new[] { (Path.GetTempPath(), "cw*"), (Path.GetTempPath(), "closewait-*"), ("/run", "closewait*") })
            items.UnionWith(Directory.GetDirectories(root, pattern).Where(path => !IsOfOtherTests(path)).Select(path => "folder " + path));
        items.UnionWith(Processes());
        return new MachineInventory(items);
    }

    /// <summary>What is here now and was not before.</summary>
    public string[] Added(MachineInventory before) => [.. Items.Except(before.Items).Order()];

    /// <summary>All programs, maps and links of the kernel, each with its id.</summary>
    public static async Task<HashSet<string>> AllBpfObjects() =>
        [.. await BpfObjects("prog"), .. await BpfObjects("map"), .. await BpfObjects("link")];

    private static async Task<string[]> BpfObjects(string kind)
    {
        using JsonDocument list = JsonDocument.Parse(await Command.MustRun("bpftool", "-j", kind, "show"));
        return [.. list.RootElement.EnumerateArray().Select(one => $"{kind} {one.GetProperty("id")} {NameOf(one)}")];
    }

    private static bool IsOfOtherTests(string path) => Path.GetFileName(path).StartsWith("closewait-test-", StringComparison.Ordinal);

    private static string NameOf(JsonElement one) => one.TryGetProperty("name", out JsonElement name) ? name.GetString() ?? "" : "";

    private static IEnumerable<string> Processes()
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out _))
                continue;
            string? executable = TryReadExecutable(folder);
            if (executable is not null && (executable.StartsWith(Repository.Targets, StringComparison.Ordinal) || executable == Repository.Executable))
                yield return $"process {folder} {executable}";
        }
    }

    private static string? TryReadExecutable(string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "exe")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended, or is not ours to look at
        }
    }
}
