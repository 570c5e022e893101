// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Harness;
using Xunit;
using Xunit.Sdk;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>One way to learn a fact, as `closewait check` names it.</summary>
public sealed class Rung : IXunitSerializable
{
    private string _state = "";

    public string Fact { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>Why this kernel does not have it; empty: it has.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>What makes a daemon use it.</summary>
    public string[] Options { get; private set; } = [];

    /// <summary>Every rung of every ladder that is not chosen anyway.</summary>
    public static IEnumerable<Rung> All() => Check().Where(rung => rung._state != "chosen");

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

    private static List<Rung> Check()
    {
        string output = Command.MustRun(Repository.Executable, ["check", "--json"]).GetAwaiter().GetResult();
        using var check = JsonDocument.Parse(output);
        return [.. check.RootElement.GetProperty("hooks").EnumerateArray()
            .SelectMany(hook => hook.GetProperty("rungs").EnumerateArray().Select(rung => Of(Text(hook, "fact"), rung)))];
    }

    private static Rung Of(string fact, JsonElement rung)
    {
        string name = Text(rung, "rung");
        string state = Text(rung, "state");
        return new Rung
        {
            Fact = fact,
            Name = name,
            _state = state,
            Refusal = state == "refused" ? Text(rung, "reason") is { Length: > 0 } reason ? reason : state : "",
            Options = ["--hooks", $"{fact}={name}"],
        };
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
