// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Harness;
using Xunit;
using Xunit.Sdk;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>One way to learn a fact, as `closewait check` names it.</summary>
public sealed class Rung : IXunitSerializable
{
    private const string Owner = "owner-record";

    public string Fact { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>Why this kernel does not have it; empty: it has.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>What makes a daemon use it.</summary>
    public string[] Options { get; private set; } = [];

    /// <summary>Every rung of every ladder.</summary>
    public static IEnumerable<Rung> All()
    {
        using var check = JsonDocument.Parse(Command.MustRun(Repository.Executable, "check", "--json").GetAwaiter().GetResult());
        List<(string Fact, JsonElement Rung)> rungs = [.. check.RootElement.GetProperty("hooks").EnumerateArray()
            .SelectMany(hook => hook.GetProperty("rungs").EnumerateArray().Select(rung => (Text(hook, "fact"), rung)))];
        // Some have a meaning only with the owner table that is not in use.
        JsonElement otherOwner = rungs.First(one => one.Fact == Owner && Text(one.Rung, "state") != "chosen").Rung;
        return [.. rungs.Select(one => Of(one.Fact, one.Rung, otherOwner))];
    }

    public override string ToString() => $"{Fact}={Name}";

    public void Serialize(IXunitSerializationInfo info)
    {
        info.AddValue(nameof(Fact), Fact);
        info.AddValue(nameof(Name), Name);
        info.AddValue(nameof(Refusal), Refusal);
        info.AddValue(nameof(Options), Options);
    }

    public void Deserialize(IXunitSerializationInfo info)
    {
        Fact = info.GetValue<string>(nameof(Fact))!;
        Name = info.GetValue<string>(nameof(Name))!;
        Refusal = info.GetValue<string>(nameof(Refusal))!;
        Options = info.GetValue<string[]>(nameof(Options))!;
    }

    private static Rung Of(string fact, JsonElement rung, JsonElement otherOwner)
    {
        bool needsOtherOwner = Text(rung, "state") == "pointless";
        JsonElement judged = needsOtherOwner ? otherOwner : rung;
        string name = Text(rung, "rung");
        return new Rung
        {
            Fact = fact,
            Name = name,
            Refusal = Text(judged, "state") == "refused" ? Text(judged, "reason") : "",
            Options = ["--hooks", $"{fact}={name}", .. needsOtherOwner ? ["--hooks", $"{Owner}={Text(otherOwner, "rung")}"] : Array.Empty<string>()],
        };
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
