// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Output.Profiles;

/// <summary>One line per stack, outermost frame first: process;frame;frame COUNT.</summary>
internal sealed class FoldedFormat : IProfileFormat
{
    public bool IsBinary => false;

    public void Write(StackProfile profile, ProfileView view, Stream output)
    {
        string[] labels = [.. profile.Frames.Select(frame => Escape(ProfileView.LabelOf(frame)))];
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((ProfileSample sample, long sockets) in profile.Samples)
        {
            IEnumerable<string> frames = profile.PathOf(sample.Stack).AsEnumerable().Reverse().Select(id => labels[id]);
            string line = string.Join(';', view.RootsOf(sample).Select(Escape).Concat(frames));
            lines[line] = lines.GetValueOrDefault(line) + sockets;
        }
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach ((string line, long sockets) in lines.OrderBy(line => line.Key, StringComparer.Ordinal))
            writer.WriteLine($"{line} {sockets.ToString(CultureInfo.InvariantCulture)}");
    }

    // The format knows no escape. Line ends are gone already: labels are clean.
    private static string Escape(string label) => label.Length == 0 ? "?" : label.Replace(';', ':');
}
