// SPDX-License-Identifier: Apache-2.0
using Tracer.Capture;

namespace Tracer.Daemon;

/// <summary>`closewait check`: what this kernel allows, what is lost by what it refuses, and what would bring it.</summary>
public static class KernelCheck
{
    /// <summary>Prints the survey; returns an exit code. Loads only tiny programs, and unloads them again.</summary>
    public static int Run(DaemonOptions options, bool json, TextWriter output)
    {
        try
        {
            using var survey = KernelSurvey.Make(options, KernelSurvey.ReadFacts(options));
            IReadOnlyList<LadderReport> ladders = LadderReport.Make(survey.Plan, survey.Probe);
            if (json)
                CheckJson.Write(survey.Facts, ladders, output);
            else
                CheckText.Write(survey.Facts, ladders, output);
            return Output.ExitCode.Ok;
        }
        catch (StartException e)
        {
            Console.Error.WriteLine($"closewait: {e.Message}");
            return e.ExitCode;
        }
        catch (HookChoiceException e)
        {
            Console.Error.WriteLine($"closewait: {e.Message}");
            return Output.ExitCode.Usage;
        }
    }
}
