// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Harness;
using Xunit;
using Xunit.Sdk;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>One way to learn a fact, as `closewait check` names it, and why this kernel refuses it (empty: it does not).</summary>
public sealed class Rung : IXunitSerializable
{
    public string Fact { get; private set; } = "";

    public string Name { get; private set; } = "";

    public string Refusal { get; private set; } = "";

    /// <summary>Every rung of every ladder.</summary>
    public static IEnumerable<Rung> All()
    {
        using var check = JsonDocument.Parse(Command.MustRun(Repository.Executable, "check", "--json").GetAwaiter().GetResult());
        foreach (JsonElement hook in check.RootElement.GetProperty("hooks").EnumerateArray())
        {
            foreach (JsonElement rung in hook.GetProperty("rungs").EnumerateArray())
            {
                yield return new Rung
                {
                    Fact = hook.GetProperty("fact").GetString()!,
                    Name = rung.GetProperty("rung").GetString()!,
                    Refusal = rung.GetProperty("reason").GetString()!,
                };
            }
        }
    }

    public override string ToString() => $"{Fact}={Name}";

    public void Serialize(IXunitSerializationInfo info)
    {
        info.AddValue(nameof(Fact), Fact);
        info.AddValue(nameof(Name), Name);
        info.AddValue(nameof(Refusal), Refusal);
    }

    public void Deserialize(IXunitSerializationInfo info)
    {
        Fact = info.GetValue<string>(nameof(Fact))!;
        Name = info.GetValue<string>(nameof(Name))!;
        Refusal = info.GetValue<string>(nameof(Refusal))!;
    }
}
