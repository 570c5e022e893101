// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using Google.Protobuf;

namespace Tracer.Output.Profiles;

/// <summary>The file format of pprof: a protobuf message, compressed. Slot and process are labels, for its -tagfocus and -tagroot.</summary>
internal sealed class PprofFormat : IProfileFormat
{
    public bool IsBinary => true;

    public void Write(StackProfile profile, ProfileView view, Stream output)
    {
        using var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        new PprofBuilder(profile).Build().WriteTo(compressed);
    }
}
