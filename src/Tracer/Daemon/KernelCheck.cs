// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Api;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>`closewait check`: what this kernel allows, and what is lost by what it refuses.</summary>
public static class KernelCheck
{
    /// <summary>Prints the survey; returns an exit code. Loads only tiny programs, and unloads them again.</summary>
    public static int Run(DaemonOptions options, bool json, TextWriter output)
    {
        try
        {
            using var survey = KernelSurvey.Make(options);
            if (json)
                PrintJson(survey, output);
            else
                PrintText(survey, output);
            return ExitCode.Ok;
        }
        catch (StartException e)
        {
            Console.Error.WriteLine($"closewait: {e.Message}");
            return e.ExitCode;
        }
        catch (HookChoiceException e)
        {
            Console.Error.WriteLine($"closewait: {e.Message}");
            return ExitCode.Usage;
        }
    }

    private static void PrintText(KernelSurvey survey, TextWriter output)
    {
        KernelFacts facts = survey.Facts;
        output.WriteLine($"kernel {facts.Release}, {facts.PossibleCpuCount} CPUs, tick {facts.TickNs / 1e6:0.##} ms, lockdown {facts.Lockdown.ToString().ToLowerInvariant()}, BTF {(facts.HasBtf ? "yes" : "no")}");
        foreach (HookStatus hook in survey.Plan.Hooks)
        {
            output.WriteLine($"{hook.Fact,-14} {(hook.Rung.Length == 0 ? "not available" : hook.Rung)}");
            foreach ((string rung, string reason) in hook.Refused)
                output.WriteLine($"{"",-14}   not {rung}: {reason}");
            if (hook.Cost.Length != 0)
                output.WriteLine($"{"",-14}   cost: {hook.Cost}");
        }
    }

    private static void PrintJson(KernelSurvey survey, TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("kernelRelease", survey.Facts.Release);
            json.WriteNumber("possibleCpus", survey.Facts.PossibleCpuCount);
            json.WriteNumber("tickNs", survey.Facts.TickNs);
            json.WriteString("lockdown", survey.Facts.Lockdown.ToString().ToLowerInvariant());
            json.WriteBoolean("btf", survey.Facts.HasBtf);
            json.WriteStartArray("hooks");
            foreach (HookStatus hook in survey.Plan.Hooks)
                WriteHook(json, hook);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteHook(Utf8JsonWriter json, HookStatus hook)
    {
        json.WriteStartObject();
        json.WriteString("fact", hook.Fact);
        json.WriteString("rung", hook.Rung);
        json.WriteStartArray("refused");
        foreach ((string rung, string reason) in hook.Refused)
        {
            json.WriteStartObject();
            json.WriteString("rung", rung);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("cost", hook.Cost);
        json.WriteEndObject();
    }
}
