// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Prints the answer for a person or for a program, and says whether it is one to fail on.</summary>
internal sealed class WhyWriter(CommandContext context, OutputStyle style, bool isJson, int frameLimit)
{
    private const int UsualFindings = 5;

    private readonly JsonLines _json = new(context.Out);

    public void WriteScene(SceneHeader scene)
    {
        if (isJson)
        {
            _json.WriteNotice("scene", scene);
            return;
        }
        string time = scene.Time is null ? "an unknown time" : style.Date(scene.Time);
        string reason = scene.Reason.Length == 0 ? "" : $", saved for {TargetText.Clean(scene.Reason)}";
        context.Out.WriteLine($"Scene of {TargetText.Clean(scene.Host)} at {time}{reason}");
        context.Out.WriteLine();
    }

    /// <summary>Returns the exit code.</summary>
    public int Write(WhyAnswer answer, WhyQuestion question)
    {
        if (question.Target is { } target)
        {
            WriteSockets(answer.Sockets, target.Text);
            return ExitCode.Ok;
        }
        bool isFailure = answer.Findings.Findings.Any(question.FailsOn);
        var shown = new ListFindingsResponse { Summary = answer.Findings.Summary, Findings = { answer.Findings.Findings.Where(question.Shows) } };
        if (isJson)
            WriteJson(shown, question.Count ?? int.MaxValue);
        else
            new FindingReport(context.Out, style).Write(shown, question.Count ?? UsualFindings, answer.MinAge, answer.LongerLook);
        return isFailure ? ExitCode.Findings : ExitCode.Ok;
    }

    private void WriteJson(ListFindingsResponse answer, int count)
    {
        foreach (Finding finding in answer.Findings.Take(count))
            _json.Write(finding);
        _json.Write(answer.Summary ?? new HostSummary());
        if (answer.Findings.Count > count)
            context.Complain($"{answer.Findings.Count - count} more findings: --count shows more");
    }

    private void WriteSockets(TargetAnswer answer, string target)
    {
        if (answer.Sockets.Count == 0)
        {
            context.Complain($"no socket in CLOSE_WAIT matches '{target}'");
            return;
        }
        if (isJson)
        {
            foreach (ExplainSocketResponse socket in answer.Sockets)
                _json.Write(socket);
        }
        else
        {
            WriteLives(answer.Sockets);
        }
        if (answer.More > 0)
            context.Complain($"{answer.More} younger {(answer.More == 1 ? "socket matches" : "sockets match")} '{target}' too: --count shows more");
    }

    private void WriteLives(IReadOnlyList<ExplainSocketResponse> sockets)
    {
        var biography = new Biography(context.Out, style, frameLimit);
        for (int i = 0; i < sockets.Count; i++)
        {
            if (i > 0)
                context.Out.WriteLine();
            biography.Write(sockets[i], i + 1 < sockets.Count ? sockets[i + 1] : null);
        }
    }
}
